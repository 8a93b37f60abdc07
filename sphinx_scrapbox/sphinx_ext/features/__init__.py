"""Features: each is listed in ``FEATURES`` and imports none of the others."""
