"""The extension's options: declaration, validation and their types."""
