"""A package that a layer brings, for the tests of the local AWS."""
