"""Backups of a home. A backup is one folder:

backup/
├── manifest.json   what the backup contains, with checksums; sealed with the backup's own data key, and written last
├── database.dump   the output of `pg_dump`, encrypted with that key
├── blobs/          copies of the home's blobs, which are encrypted already
└── secrets/        the storage key and the administrator's key, only if the operator asks for them

A key of the home's key file wraps the data key, so nobody can read a backup without the key file.
"""
