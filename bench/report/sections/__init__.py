"""The sections of a report, one file each: from stored runs to headings, texts and tables."""
