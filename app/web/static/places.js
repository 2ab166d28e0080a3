// Scrolls a frame to a place in it. A fragment in the frame's address would scroll the page around the frame, too.
export function showPlace(frame, id) {
  const place = id ? frame.contentDocument?.getElementById(id) : null;
  if (place) {
    const view = frame.contentWindow;
    view.scrollTo({ top: view.scrollY + place.getBoundingClientRect().top - view.innerHeight / 3 });
  }
}
