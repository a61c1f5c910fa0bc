"""Child processes: started, talked to in frames, ended with the bot."""
