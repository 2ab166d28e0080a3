// Lists of which a choice is carried out at once. In a closed list each key may choose another option: with the keyboard,
// Enter or leaving the list carries out the choice.
export function whenChosen(select, run) {
  let isByKey = false;
  let done = select.value;
  const finish = async () => {
    if (select.value !== done) {
      done = select.value;
      await run(); // may set the list back
      done = select.value;
    }
  };
  select.addEventListener("keydown", ({ key }) => {
    isByKey = key !== "Enter";
    if (key === "Enter") {
      finish();
    }
  });
  select.addEventListener("pointerdown", () => { isByKey = false; });
  select.addEventListener("change", () => { if (!isByKey) { finish(); } });
  select.addEventListener("blur", finish);
}
