"""Multipart forms as the original's clients really send them."""

from collections.abc import AsyncGenerator

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from cutout.errors import BrokenFormError

MAX_PARTS = 32
MAX_TEXT_BYTES = 64 * 1024
FILES = frozenset({b"image", b"image-bg"})


class PictureFormParser(MultiPartParser):
    """Starlette's parser, with three differences.

    Files stay in memory: the body is already bounded, and Lambda's disk is read-only but for a
    `/tmp` that may be full. A part named `image` or `image-bg` is a file even where the client
    gives no file name, because decoding it as text would destroy it. A body that ends before its
    last boundary is broken, not short of a field.
    """

    def __init__(
        self, headers: Headers, stream: AsyncGenerator[bytes, None], max_body_bytes: int
    ) -> None:
        super().__init__(
            headers,
            stream,
            max_files=MAX_PARTS,
            max_fields=MAX_PARTS,
            max_part_size=MAX_TEXT_BYTES,
        )
        self.spool_max_size = max_body_bytes
        self._complete = True

    def on_part_begin(self) -> None:
        self._complete = False
        super().on_part_begin()

    def on_end(self) -> None:
        self._complete = True

    async def parse(self) -> FormData:
        fields = await super().parse()
        if not self._complete:
            for file in self._files_to_close_on_error:
                file.close()
            raise MultiPartException("The last boundary is missing.")
        return fields

    def on_headers_finished(self) -> None:
        self._charset = "utf-8"  # some of Python's codecs, which a client may name, raise or worse
        _, options = parse_options_header(self._current_part.content_disposition)
        name = options.get(b"name")
        if name in FILES and b"filename" not in options:
            # written anew: behind an odd quote, nothing that is added would be seen
            self._current_part.content_disposition = b'form-data; name="%b"; filename=""' % name
        super().on_headers_finished()


async def parse_multipart(
    headers: Headers, body: AsyncGenerator[bytes, None], max_body_bytes: int
) -> FormData:
    """The form's fields and files; raises `BrokenFormError` where the body is not a form."""
    try:
        return await PictureFormParser(headers, body, max_body_bytes).parse()
    except (MultiPartException, ValueError, KeyError) as error:
        # ValueError: a charset with a zero byte. KeyError: no Content-Type at all
        raise BrokenFormError from error
