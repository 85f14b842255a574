"""One module per verb: what Accord does, told in terms of the ports."""
