"""`make release-check`: everything that would be published is built, installed and tried. Nothing is published."""
