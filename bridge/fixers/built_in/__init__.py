"""The fixers that come with the program, one a file; a mapping names them, none runs unnamed."""
