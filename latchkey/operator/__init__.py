"""What the operator runs: the commands of ``flask`` and the doctor."""
