"""Claims (申报): what no activity covers, looked at step by step by others, then awarded."""
