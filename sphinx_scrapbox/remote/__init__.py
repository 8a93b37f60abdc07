"""The wiki over HTTP: its API, and pulling a project into a folder.

The only folder that may import requests and urllib3. It knows snapshots, but neither docutils nor
Sphinx, and never prints: messages are exceptions and notes for the caller.
"""
