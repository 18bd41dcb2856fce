"""Where Foreword's own data lives: directories and SQLite files. Knows nothing of what is stored."""
