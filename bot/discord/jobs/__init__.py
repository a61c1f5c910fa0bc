"""Jobs that admins start: shown while they run, and cancelled."""
