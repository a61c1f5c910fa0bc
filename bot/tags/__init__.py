"""Tags as people meet them: found by name, ruled by guilds, taught by them."""
