"""The routes of the Marketing API 3.0: from a request to an answer, without a socket."""
