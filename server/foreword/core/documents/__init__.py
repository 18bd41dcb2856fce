"""Open documents: texts, positions, the changes that editors and watchers report."""
