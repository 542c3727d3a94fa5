"""Pages: bring foreign files in, make every page alike, bind a dossier into one PDF."""
