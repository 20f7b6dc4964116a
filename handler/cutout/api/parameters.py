"""Parse the query of `POST /v1/results`, and the form fields that mean the same."""

from collections.abc import Mapping
from typing import Annotated

from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from cutout import choices, colours
from cutout.api.layout import LayoutQuery, checked
from cutout.choices import MARGIN, FileFormat, Mode, Representation, parse_margin
from cutout.colours import HEX, NAMES, parse_colour
from cutout.options import Background, Options, ShadowLook

REFERENCE_FIELDS = frozenset({"mode", "representation"})
"""Parameters that count in the query alone, where an empty value is an error: clients of the
reference API may send form fields of these names that mean nothing."""
CONTRACT = "'base64' or 'url'"
"""The choices as the reference API's error lists them; it has no `binary`."""
STRUCTURED = ("application/json", "application/*", "text/html")
SHADOW = ShadowLook()


def _as_the_contract_says(value: object) -> object:
    if isinstance(value, str) and value not in list(Representation):
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": CONTRACT})
    return value


RepresentationText = Annotated[Representation, BeforeValidator(_as_the_contract_says)]
ColourText = Annotated[str, checked(parse_colour, "colour", colours.MESSAGE)]
MarginText = Annotated[str, checked(parse_margin, "margin", choices.MARGIN_MESSAGE)]


class OptionsQuery(LayoutQuery):
    """List the query parameters of `POST /v1/results`."""

    model_config = ConfigDict(frozen=True)

    mode: Mode = Field(
        default=Mode.FG_IMAGE,
        description="Content of the picture: `fg-image`, the object; `fg-image-shadow`, the object "
        "with a contact shadow; `fg-mask`, the alpha in grey.",
    )
    representation: RepresentationText | None = Field(
        default=None,
        description="How the picture is returned: in base64, as a link that is valid for a day, or "
        "as the file itself instead of JSON. A failure is always JSON.",
    )
    format: FileFormat = Field(
        default=FileFormat.PNG,
        description="File format: `png`, lossless; `webp`, smaller and slightly lossy; `jpg`, on "
        "white unless another background is given; `zip`, with `color.jpg`, the picture with its "
        "background, and `alpha.png`, the mask.",
    )
    objects: bool | None = Field(
        default=None,
        description="Adds the returned picture's `width` and `height`, and where its objects and "
        "its shadow are. The default is the server's setting `CUTOUT_OBJECTS`, which is off by "
        "default.",
    )
    webp: bool | None = Field(
        default=None,
        description="Accepts WebP files as picture, background and mask. The default is the "
        "server's setting `CUTOUT_WEBP`, which is off by default, as in the reference API.",
    )
    quality_hint: bool = Field(
        default=False,
        alias="quality-hint",
        description="Adds `quality`: whether something was found, and how sure the networks are.",
    )
    bg_color: ColourText | None = Field(
        default=None,
        alias="bg-color",
        description="Puts the objects on a colour: `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`, with "
        "or without `#`, or a CSS name. It fills the transparent parts of a background picture.",
        examples=["white", "#ffcc00"],
        json_schema_extra={"pattern": f"^(?:{HEX.pattern}|{'|'.join(NAMES)})$"},
    )
    crop: bool = Field(default=False, description="Crops the picture to its objects.")
    crop_margin: MarginText | None = Field(
        default=None,
        alias="crop-margin",
        description="Margin around the cropped objects: pixels (`30px`), or a part of the longer "
        "side of their box (`10%`).",
        examples=["30px", "10%"],
        json_schema_extra={"pattern": f"^(?:{MARGIN.pattern})$"},
    )
    shadow_opacity: float = Field(
        default=SHADOW.opacity,
        alias="shadow-opacity",
        ge=0,
        le=1,
        description="For `fg-image-shadow`: opacity at the shadow's darkest point.",
    )
    shadow_softness: float = Field(
        default=SHADOW.softness,
        alias="shadow-softness",
        ge=0,
        le=1,
        description="For `fg-image-shadow`: from 0, a line, to 1, twice as wide as 0.5.",
    )
    shadow_angle: float = Field(
        default=SHADOW.angle,
        alias="shadow-angle",
        ge=-75,
        le=75,
        description="For `fg-image-shadow`: degrees between the light and the vertical. A positive "
        "angle is light from the left, which extends the shadow to the right.",
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, values: Mapping[str, object]) -> dict[str, object]:
        return {
            name: each for name, each in values.items() if each != "" or name in REFERENCE_FIELDS
        }

    def with_fields(self, texts: Mapping[str, str]) -> "OptionsQuery":
        """Return these parameters, completed by the form's text fields.

        Raise `RequestValidationError` for an invalid field.
        """
        names = {
            field.alias or name: name
            for name, field in type(self).model_fields.items()
            if name not in self.model_fields_set | REFERENCE_FIELDS
        }
        given = {alias: texts[alias] for alias in names if alias in texts}
        try:
            found = OptionsQuery.model_validate(given)
        except ValidationError as error:
            details = error.errors(include_url=False)
            raise RequestValidationError(
                [{**each, "loc": ("body", *each["loc"])} for each in details]
            ) from error
        return self.model_copy(
            update={names[alias]: getattr(found, names[alias]) for alias in given}
        )

    def options(self, *, objects: bool, webp: bool = False) -> Options:
        """Return the parameters as `Options`.

        `objects` and `webp`, which accepts WebP files, apply if the request does not set them.
        """
        options = Options(
            mode=self.mode,
            background=Background(None if self.bg_color is None else parse_colour(self.bg_color)),
            crop=parse_margin(self.crop_margin or "0") if self.crop else None,
            format=self.format,
            shadow=ShadowLook(self.shadow_opacity, self.shadow_softness, self.shadow_angle),
            objects=objects if self.objects is None else self.objects,
            quality=self.quality,
            webp=webp if self.webp is None else self.webp,
            quality_hint=self.quality_hint,
        )
        return self.layout().applied(options)


def wanted_by(accept: str) -> Representation | None:
    """Return `BINARY` for a header that names pictures or a ZIP but no JSON, else None.

    A browser that opens an address accepts pictures as well as HTML, so HTML counts as JSON does.
    """
    ranges = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    if any(each in STRUCTURED for each in ranges):
        return None
    files = (each.startswith("image/") or each == "application/zip" for each in ranges)
    return Representation.BINARY if any(files) else None
