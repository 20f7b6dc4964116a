"""Modules joined to one script."""

import pytest

from cutout.api.page import join_modules, without_comments


def test_what_is_needed_comes_first_and_once() -> None:
    modules = {
        "main.js": 'import { a } from "./a.js";\nimport { b, c } from "./b.js";\na(b, c);\n',
        "b.js": 'import { a } from "./a.js";\nexport const b = a;\nexport class c {}\n',
        "a.js": "export async function a() {}\n",
        "other.js": "unused;\n",
    }
    script = join_modules(modules, "main.js")
    assert script == "async function a() {}\n\nconst b = a;\nclass c {}\n\na(b, c);\n"


def test_modules_that_need_each_other_come_to_an_end() -> None:
    modules = {
        "a.js": 'import { b } from "./b.js";\nexport function a() {}\n',
        "b.js": 'import { a } from "./a.js";\nexport function b() {}\n',
    }
    assert join_modules(modules, "a.js") == "function b() {}\n\nfunction a() {}\n"


def test_a_module_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match=r"a\.js"):
        join_modules({"main.js": 'import { a } from "./a.js";\n'}, "main.js")


def test_words_within_a_text_stay() -> None:
    text = 'const text = "export const";\n// import { a } from "./a.js";\n'
    assert join_modules({"main.js": text}, "main.js") == text


def test_descriptions_are_not_sent() -> None:
    script = '/** Some\n * lines. */\nlet a = "/** b */"; // c\n  /** One line. */\n  let d;\n'
    assert without_comments(script) == 'let a = "/** b */"; // c\n  let d;\n'
