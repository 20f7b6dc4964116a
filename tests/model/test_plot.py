from xml.etree import ElementTree as ET

from model.recipe.plot import Point, scatter

SVG = "{http://www.w3.org/2000/svg}"


def test_points_lie_where_their_values_say_and_carry_their_names() -> None:
    points = [Point("slow & good", 2.0, 0.5, chosen=True), Point("fast", 0.5, 1.0)]
    root = ET.fromstring(scatter(points, "time", "error"))  # noqa: S314 - ours
    slow, fast = root.iter(f"{SVG}circle")
    assert float(slow.attrib["cx"]) > float(fast.attrib["cx"]), "time goes to the right"
    assert float(slow.attrib["cy"]) > float(fast.attrib["cy"]), "error goes up"
    assert slow.attrib["fill"] != fast.attrib["fill"], "what is chosen does not stand out"
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"slow & good", "fast", "time", "error"} <= set(texts)
