"""What the extension adds to HTML pages and writes beside them."""
