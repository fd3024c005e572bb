"""Documents people print: PDF with Chinese type, and QR codes."""
