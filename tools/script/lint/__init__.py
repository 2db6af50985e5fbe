"""What is wrong with a script, read off its text: one room for each part of it. What a finding means is knowledge's."""
