"""Files of members: from bytes to lines to records."""
