"""What AWS's services answer to operators, where the emulator answers otherwise: one concern a file."""
