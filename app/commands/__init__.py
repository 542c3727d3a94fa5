"""Commands with a parser of their own, one module each: ``main(words) -> exit status``."""
