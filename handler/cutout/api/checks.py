"""Check single values of a query or a form."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from cutout.choices import Representation

CONTRACT = "'base64' or 'url'"
"""The choices as the reference API's error lists them; it has no `binary`."""


def checked(parse: Callable[[str], object], kind: str, message: str) -> AfterValidator:
    """Return a validator that keeps a text that `parse` accepts and else fails with `message`."""

    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError(kind, message) from error
        return text

    return AfterValidator(check)


def _as_the_contract_says(value: object) -> object:
    if isinstance(value, str) and value not in list(Representation):
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": CONTRACT})
    return value


RepresentationText = Annotated[Representation, BeforeValidator(_as_the_contract_says)]
