"""Bytes to text, as a browser would decode them."""

import codecs
import re

from panel.records import Page

CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([a-z0-9_:-]{2,40})""", re.IGNORECASE)
WEB_CHARSETS = re.compile(  # the encodings a browser knows; Python has others (utf-7, rot13) no page should choose
    r"utf-8|utf-16(-[lb]e)?|cp125[0-8]|cp866|cp874|cp949|iso8859-(1|2|3|4|5|6|7|8|10|13|14|15|16)|koi8-[ru]|mac-roman|"
    r"gbk|gb2312|gb18030|big5|big5hkscs|euc_jp|shift_jis|cp932|iso2022_jp|euc_kr|ascii"
)
OLD_WEST = frozenset({"ascii", "iso8859-1"})  # pages that say so mean Windows-1252, by the Encoding Standard
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
META = re.compile(rb"<meta[\s/][^>]{0,400}", re.IGNORECASE)


def decode_page(page: Page) -> str:
    """Its text: by byte order mark, then the header, then the page's own word, then UTF-8, then Windows-1252.

    Bytes that fit no character become U+FFFD; nothing is refused.
    """
    for mark, charset in MARKS:
        if page.body.startswith(mark):
            return page.body[len(mark) :].decode(charset, "replace")
    for charset in (web_codec(page.charset), _own_word(page.body[:2048])):
        if charset:
            return page.body.decode(charset, "replace")
    try:
        return page.body.decode("utf-8")
    except UnicodeDecodeError:
        return page.body.decode("cp1252", "replace")


def web_codec(name: str) -> str:
    """The codec of a charset browsers know, "" for any other: Python has some (utf-7, zip) nobody should choose."""
    try:
        codec = codecs.lookup(name.strip().lower()).name if name else ""
    except (LookupError, ValueError):
        return ""
    return "cp1252" if codec in OLD_WEST else codec if WEB_CHARSETS.fullmatch(codec) else ""


def _own_word(start: bytes) -> str:
    """The codec a page's `<meta>` names, "" for none. One that says UTF-16 could not have been read: it is UTF-8."""
    for tag in META.findall(COMMENT.sub(b"", start)):
        lower, said = tag.lower(), CHARSET.search(tag)
        if said and (b"content" not in lower or b"http-equiv" in lower):
            charset = web_codec(said[1].decode("ascii"))
            return "utf-8" if charset.startswith("utf-16") else charset
    return ""
