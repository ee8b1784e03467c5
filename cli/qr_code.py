"""A QR code as text, two rows of it in a line."""

from __future__ import annotations

import io

import qrcode


def drawn(content: str) -> str:
    """Dark on light or light on dark, as terminals are: phones read both."""
    code = qrcode.QRCode(border=2)
    code.add_data(content)
    text = io.StringIO()
    code.print_ascii(out=text)
    return text.getvalue().rstrip("\n")
