"""Generated troubleshooting: every kind of fault, and the tickets made of them."""
