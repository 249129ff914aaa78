"""The website: pages of the stored lessons, and the edition that runs in the browser."""
