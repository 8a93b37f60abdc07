"""Names of files: which ones hosts accept, those of pages and pictures, renames, redirects."""

from sphinx_scrapbox.snapshot.filenames.hosts import HOSTS, LONG_NAME_BYTES, Host, refusals
from sphinx_scrapbox.snapshot.filenames.names import (
    file_key,
    file_stem,
    open_content,
    picture_file_name,
)

__all__ = ["HOSTS", "LONG_NAME_BYTES", "Host", "file_key", "file_stem", "open_content"]
__all__ += ["picture_file_name", "refusals"]
