import { render } from 'preact';

const place = document.getElementById('page');
if (place !== null) render(<h1>cached-llm studio</h1>, place);
