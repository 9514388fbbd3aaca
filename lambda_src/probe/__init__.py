"""The probe of the database, and the maker of the database user it logs in as."""
