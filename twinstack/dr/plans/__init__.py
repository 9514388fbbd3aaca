"""What plans have to know of global databases: who writes, and which engine versions may follow each other."""
