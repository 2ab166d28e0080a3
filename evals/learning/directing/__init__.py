"""Learn what distinguishes an instruction to the writer of an answer from an ordinary sentence."""
