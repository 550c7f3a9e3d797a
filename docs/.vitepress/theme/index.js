// The look of the site: VitePress's own theme, and a few rules for wide tables.
// It never loads a font, a script or a picture from another site.
// Start reading in `style.css`.
import theme from 'vitepress/theme';
import './style.css';

export default theme;
