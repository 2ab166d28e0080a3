"""Small fictional files with one thing that is easily read wrongly, made at random, with checks of what they say."""
