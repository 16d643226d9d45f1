"""The gradebook: what work has earned and who says so, kept, exported, backed up and forgotten."""
