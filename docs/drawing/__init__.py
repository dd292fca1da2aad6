"""What the pages of the documentation draw from the code: pictures as plain SVG, tables as Markdown."""
