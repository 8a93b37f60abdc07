"""What lies in the source folder: page files, lock files, snapshots, icons and fetched files.

:func:`.folder.source_folder` is the only entry point. Nothing here depends on documents that were read.
"""
