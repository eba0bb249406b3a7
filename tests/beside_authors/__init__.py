"""What others wait while authors send hostile texts (check 24): --help tells of it."""
