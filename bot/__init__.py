"""The service: Discord, the local channel, the HTTP API and the catalogue."""
