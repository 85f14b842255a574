"""One module per verb: here what a function does, in the folders the steps that they share."""
