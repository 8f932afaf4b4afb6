"""One script for each rule that makes artifacts: it reads files, calls nnlib, writes files."""
