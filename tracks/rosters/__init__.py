"""Who works where, as the systems that know it say: files and interfaces in, a dry run, then all
of it or nothing."""
