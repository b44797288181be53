/* What holds other things, drawn in a square of 100 × 100. */
export const containers = {
	'Shelf': `<path d="M14 12h6v76h-6zM80 12h6v76h-6z" fill="#8d6e4a"/><path d="M14 32h72v5H14zM14 56h72v5H14zM14 80h72v5H14z" fill="#b08d63"/><rect x="24" y="16" width="8" height="16" fill="#c0392b"/><rect x="33" y="18" width="7" height="14" fill="#2980b9"/>
		<rect x="41" y="15" width="9" height="17" fill="#27ae60"/><circle cx="68" cy="25" r="7" fill="#f1c40f"/><rect x="26" y="42" width="22" height="14" fill="#d9a766"/><path d="M58 56l4-14h10l4 14z" fill="#7f8c8d"/><rect x="24" y="66" width="14" height="14" rx="2" fill="#8e44ad"/><rect x="44" y="70" width="32" height="10" rx="2" fill="#e67e22"/>`,
	'Box': `<path d="M12 38l38 14v40L12 76z" fill="#c99453"/><path d="M88 38L50 52v40l38-16z" fill="#b07c3e"/><path d="M12 38l38-14 38 14-38 14z" fill="#7d5526"/><path d="M12 38L2 50l38 14 10-12zM88 38l10 12-38 14-10-12z" fill="#dcab6b"/>
		<path d="M62 76l12-5v7l-12 5z" fill="#f5e6ca"/><path d="M18 62l6 2v8" fill="none" stroke="#7d5526" stroke-width="2"/>`,
	'Pouch': `<path d="M32 34h36c16 14 20 52-2 52H34c-22 0-18-38-2-52z" fill="#9b59b6"/><path d="M30 24c8 6 32 6 40 0l-4 12H34z" fill="#af7ac5"/><path d="M32 35h36" stroke="#f4d03f" stroke-width="4"/><path d="M60 36c8 6 4 14 10 18M56 36c2 8 10 10 6 20" fill="none" stroke="#f4d03f" stroke-width="2.4"/>
		<path d="M50 54l3.5 8 8.5.6-6.6 5.5 2.2 8.400L50 72l-7.6 4.5 2.2-8.4-6.6-5.5 8.5-.6z" fill="#f7dc6f"/>`,
};
