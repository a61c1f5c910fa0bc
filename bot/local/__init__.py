"""The local channel: a page and the HTTP API, for people without a Discord token."""
