"""Serve a network of one's own: a folder with one graph and a manifest (docs/own-network.md)."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
import requests
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from cutout.choices import Mode, Model
from cutout.engine import open_pipeline
from cutout.options import Options
from cutout.pictures import Picture
from cutout.refine.edges import FILE, EdgeRefiner
from cutout.segment.model_file import MANIFEST, WEIGHTS, ModelError
from cutout.segment.network import BEST, FAST, GLANCE, Network
from cutout.timing import NO_DEADLINE, Clock, Deadline
from model.recipe.manifest import write_files
from model.recipe.prepare import prepare
from tests.local_server import LocalServer
from tests.own_networks import (
    half_red,
    redness,
    require_left_half,
    write_own_network,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one wrapped graph and its manifest."""
    return write_own_network(tmp_path)


def test_one_graph_and_a_manifest_are_enough(folder: Path) -> None:
    assert {each.name for each in folder.iterdir()} == {FAST, MANIFEST}
    assert list(json.loads((folder / MANIFEST).read_text())["files"]) == [FAST]


@pytest.mark.parametrize("model", Model)
def test_it_is_used_whatever_the_model(folder: Path, model: Model) -> None:
    network = Network(folder, model, 1)
    network.wait()
    require_left_half(network(Picture(half_red())))


def test_edges_stay_where_no_refiner_is_listed(folder: Path) -> None:
    refiner = EdgeRefiner(folder, 1)
    refiner.wait()
    coarse = np.zeros((1024, 1024), np.uint8)
    coarse[:, :500] = 255
    enlarged = coarse.repeat(2, 0).repeat(2, 1)
    picture = Picture(half_red((2048, 2048)))
    assert refiner(picture, coarse, enlarged, Deadline(1e9)) is enlarged
    with pytest.raises(ModelError, match=FILE):
        refiner.infer(np.zeros((1, 96, 96, 4), np.uint8))


@pytest.mark.parametrize("size", [(200, 100), (1600, 1200)])
def test_the_pipeline_works_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("CUTOUT_MODEL_DIR", str(folder))
    pipeline = open_pipeline()
    composition = pipeline.work.compose_picture(
        Picture(half_red(size)), Options(mode=Mode.FG_MASK), Clock(NO_DEADLINE)
    )
    require_left_half(composition.pixels)


def test_the_local_server_works_with_it(folder: Path, tmp_path: Path) -> None:
    file = BytesIO()
    half_red().save(file, "PNG")
    environment = {"CUTOUT_MODEL_DIR": str(folder), "CUTOUT_STORAGE_DIR": str(tmp_path / "files")}
    with LocalServer("cutout", "serve", **environment) as server:
        answer = requests.post(
            f"{server.url}/v1/results?mode=fg-mask",
            files={"image": ("a.png", file.getvalue())},
            timeout=60,
        )
    assert answer.status_code == 200
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_the_image_can_prepare_it(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "prepared")
    require_left_half(Network(tmp_path / "prepared", Model.AUTO, 1)(Picture(half_red())))


@pytest.mark.parametrize("name", [GLANCE, FAST, BEST, FILE, WEIGHTS, "more.bin"])
def test_a_listed_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).touch()
    write_files(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"missing: .*{name}"):
        _open(folder)


def _open(folder: Path) -> None:
    network, edges = Network(folder, Model.BEST, 1), EdgeRefiner(folder, 1)
    network.wait()
    edges.wait()


def test_a_graph_that_is_not_listed_is_named(folder: Path) -> None:
    (folder / MANIFEST).write_text('{"files": {}}')
    with pytest.raises(ModelError, match=f"no {FAST} in its manifest"):
        _open(folder)


def test_a_missing_manifest_is_named(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    with pytest.raises(ModelError, match="no manifest"):
        _open(folder)


def test_a_graph_of_another_kind_is_refused(folder: Path) -> None:
    onnx.save(redness(), folder / FAST)
    write_files(folder)
    with pytest.raises(ModelError, match="needs picture, uint8"):
        _open(folder)


def test_a_graph_without_alpha_is_refused(folder: Path) -> None:
    model = onnx.load(folder / FAST)
    model.graph.node.append(helper.make_node("Identity", ["alpha"], ["mask"]))
    model.graph.output[0].name = "mask"
    onnx.save(model, folder / FAST)
    write_files(folder)
    with pytest.raises(ModelError, match="needs alpha, uint8"):
        _open(folder)


def test_a_file_that_is_no_graph_is_refused(folder: Path) -> None:
    (folder / FAST).write_bytes(b"nothing")
    write_files(folder)
    with pytest.raises(ModelError, match="Can't load"):
        _open(folder)


def test_weights_outside_the_graph_are_found(folder: Path) -> None:
    _save_with_weights_outside(folder)
    write_files(folder)
    _open(folder)
    require_left_half(Network(folder, Model.AUTO, 1)(Picture(half_red())))


def test_weights_that_no_manifest_lists_are_missed_in_one_line(folder: Path) -> None:
    _save_with_weights_outside(folder)
    (folder / "more.bin").unlink()
    write_files(folder)
    with pytest.raises(ModelError, match=r"Can.t load the model .+fast\.onnx: [^\n]+$"):
        _open(folder)


def _save_with_weights_outside(folder: Path) -> None:
    model = onnx.load(folder / FAST)
    (weight,) = (each for each in model.graph.initializer if each.name == "network/w")
    (folder / "more.bin").write_bytes(weight.raw_data)
    set_external_data(weight, "more.bin", 0, len(weight.raw_data))
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    onnx.save(model, folder / FAST)


def test_a_second_graph_takes_what_it_needs_of_the_first(folder: Path) -> None:
    """A first graph that says no doubt is followed by the second; only `fast` never is."""
    (folder / BEST).write_bytes((folder / FAST).read_bytes())
    first = onnx.load(folder / FAST)
    first.graph.node[-1].output[0] = "before"
    first.graph.node.append(helper.make_node("BitwiseNot", ["before"], ["alpha"]))
    onnx.save(first, folder / FAST)
    write_files(folder)
    alphas = {model: Network(folder, model, 1)(Picture(half_red())) for model in Model}
    require_left_half(alphas[Model.AUTO])
    assert np.array_equal(alphas[Model.BEST], alphas[Model.AUTO])
    require_left_half(255 - alphas[Model.FAST])


def look(folder: Path, name: str, value: int, doubt: tuple[str, float] | None) -> None:
    """Write a graph that answers `value` everywhere, and how much it doubts that."""
    made = [helper.make_node("Identity", ["value"], ["alpha"])]
    outputs = [helper.make_tensor_value_info("alpha", TensorProto.UINT8, [1024, 1024])]
    constants = [numpy_helper.from_array(np.full((1024, 1024), value, np.uint8), "value")]
    if doubt:
        made.append(helper.make_node("Identity", ["told"], [doubt[0]]))
        outputs.append(helper.make_tensor_value_info(doubt[0], TensorProto.FLOAT, [1]))
        constants.append(numpy_helper.from_array(np.array([doubt[1]], np.float32), "told"))
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, 1024, 1024, 3])
    graph = helper.make_graph(made, "look", [picture], outputs, constants)
    imports = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=8), folder / name)


@pytest.mark.parametrize(
    ("apart", "doubt", "expected"),
    [
        (0.0149, 0.9, {Model.FAST: 100, Model.AUTO: 100, Model.BEST: 250}),
        (0.0151, 0.9, {Model.FAST: 100, Model.AUTO: 51, Model.BEST: 250}),
        (0.0249, 0.9, {Model.FAST: 100, Model.AUTO: 51, Model.BEST: 250}),
        (0.0251, 0.0139, {Model.FAST: 100, Model.AUTO: 51, Model.BEST: 250}),
        (0.0251, 0.0141, {Model.FAST: 100, Model.AUTO: 250, Model.BEST: 250}),
        (0.0399, 0.9, {Model.FAST: 100, Model.AUTO: 250, Model.BEST: 250}),
        (0.0401, 0.9, {Model.FAST: 51, Model.AUTO: 250, Model.BEST: 250}),
    ],
)
def test_a_look_follows_while_the_doubt_is_above_the_limit(
    tmp_path: Path, apart: float, doubt: float, expected: dict[Model, int]
) -> None:
    """Every look answers with a grey of its own; that of the second one covers a fifth."""
    look(tmp_path, GLANCE, 100, ("apart", apart))
    look(tmp_path, FAST, 51, ("doubt", doubt))
    look(tmp_path, BEST, 250, None)
    write_files(tmp_path)
    for model, grey in expected.items():
        alpha = Network(tmp_path, model, 1)(Picture(half_red()))
        assert np.unique(alpha).tolist() == [grey], f"{model} answers with another look"


@pytest.mark.parametrize(
    ("grey", "doubt", "expected"),
    [(1, 0.00069, 1), (1, 0.00071, 250), (204, 0.0209, 204), (204, 0.0211, 250)],
)
def test_a_subject_counts_as_a_hundredth_to_three_tenths_of_the_picture(
    tmp_path: Path, grey: int, doubt: float, expected: int
) -> None:
    look(tmp_path, FAST, grey, ("doubt", doubt))
    look(tmp_path, BEST, 250, None)
    write_files(tmp_path)
    assert Network(tmp_path, Model.AUTO, 1)(Picture(half_red())).max() == expected


def test_a_glance_that_tells_no_doubt_is_always_followed(tmp_path: Path) -> None:
    look(tmp_path, GLANCE, 1, None)
    look(tmp_path, FAST, 2, None)
    write_files(tmp_path)
    for model in Model:
        assert Network(tmp_path, model, 1)(Picture(half_red())).max() == 2


def test_the_doubt_told_is_that_of_the_last_look_that_has_one(tmp_path: Path) -> None:
    look(tmp_path, GLANCE, 1, ("doubt", 0.5))
    look(tmp_path, FAST, 2, ("doubt", 0.25))
    look(tmp_path, BEST, 3, None)
    write_files(tmp_path)
    seen = Network(tmp_path, Model.BEST, 1).look(Picture(half_red()))
    assert (seen.alpha.max(), seen.doubt) == (3, 0.25)
    look(tmp_path, FAST, 2, None)
    (tmp_path / BEST).unlink()
    write_files(tmp_path)
    assert Network(tmp_path, Model.FAST, 1).look(Picture(half_red())).doubt == 0.5
