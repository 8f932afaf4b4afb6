"""One script for each rule that draws: it reads artifacts and writes pictures."""
