"""What lies in the source folder: page files, lock files, snapshots, icons and fetched files.

:func:`.folder.source_folder` is the only entry point. Documents that were read play no part here.
"""
