"""An event in anyone's words: what it says, checked against its text, and the score of a run."""
