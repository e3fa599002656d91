import { render } from 'preact';
import { createApp } from './state/createApp.ts';
import { App } from './views/App.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/pages.css';

const root = document.getElementById('app');
if (root) render(<App app={createApp()} />, root);
