// What the browser keeps of a visit, in IndexedDB, for when the server has nothing of it any more: a record of the form
// with its pictures, and one of each result, each with the key of the page that it is of. At most 50 MB: what is oldest
// goes first, favourites after all else, and the page's own form last. `keep` is called when the server tells what there is, `bring` when it doesn't know
// the page before this one, `forget` by a button. A browser that keeps nothing for pages is none to complain about.
export default function shelf(action, own, told) {
    const MOST = 50_000_000; // bytes
    const {root} = window.gradio_config;
    const inFull = request =>
        new Promise((resolve, reject) => {
            request.addEventListener('success', () => resolve(request.result));
            request.addEventListener('error', () => reject(request.error));
        });
    const open = () => {
        const request = indexedDB.open('nst-shelf', 1);
        request.addEventListener('upgradeneeded', () => request.result.createObjectStore('records', {keyPath: 'id'}));
        return inFull(request);
    };
    const store = database => database.transaction('records', 'readwrite').objectStore('records');
    const nameOfResult = made => `result ${made.join(' ')}`;
    const nameOf = path => path.split('/').at(-1);
    const fetched = async path => {
        const answer = await fetch(`${root}/gradio_api/file=${path.split('/').map(encodeURIComponent).join('/')}`);
        return answer.ok ? {path, name: nameOf(path), blob: await answer.blob()} : null;
    };
    const sizeOf = ({files}) => files.reduce((sum, file) => sum + (file?.blob.size ?? 0), 0);
    const keepFiles = (paths, before) =>
        Promise.all(paths.map(path => path && (before?.files.find(file => file?.path === path) ?? fetched(path))));

    const worth = ({id, at, values}) => (id === `form ${own}` ? Infinity : at + (values.favourite ? 1e15 : 0));
    const makeRoom = async database => {
        const all = (await inFull(store(database).getAll())).toSorted((one, other) => worth(other) - worth(one));
        let sum = 0;
        for (const record of all) {
            sum += sizeOf(record);
            if (sum > MOST) await inFull(store(database).delete(record.id));
        }
    };
    const keep = async database => {
        const {pictures, results, ...chosen} = JSON.parse(told);
        const id = `form ${own}`;
        const files = await keepFiles(pictures, await inFull(store(database).get(id)));
        await inFull(store(database).put({id, key: own, at: Date.now(), files, values: chosen}));
        for (const [place, {made, path, favourite}] of results.entries()) {
            const result = nameOfResult(made);
            const before = await inFull(store(database).get(result));
            const values = {made, favourite, place};
            if (before?.key === own && JSON.stringify(before.values) === JSON.stringify(values)) continue;
            const record = before ?? {id: result, at: Date.now(), files: await keepFiles([path])};
            await inFull(store(database).put({...record, key: own, values}));
        }
        const there = new Set(results.map(({made}) => nameOfResult(made)));
        const all = await inFull(store(database).getAll());
        const gone = all.filter(each => each.key === own && each.id.startsWith('result ') && !there.has(each.id));
        for (const {id: result} of gone) await inFull(store(database).delete(result));
        await makeRoom(database);
    };

    const sent = async file => {
        if (!file) return null;
        const body = new FormData();
        body.append('files', file.blob, file.name);
        const answer = await fetch(`${root}/gradio_api/upload`, {method: 'POST', body});
        return answer.ok ? (await answer.json())[0] : null;
    };
    const bring = async database => {
        const all = await inFull(store(database).getAll());
        const placeOf = ({values}) => values.place ?? 0;
        const theirs = all
            .filter(({key}) => key === told)
            .toSorted((one, other) => placeOf(one) - placeOf(other) || one.at - other.at);
        const form = theirs.find(({id}) => id === `form ${told}`);
        if (!form) return '';
        const results = [];
        for (const record of theirs.filter(each => each !== form)) {
            const [path] = await Promise.all(record.files.map(sent));
            if (path) results.push({...record.values, path});
        }
        const pictures = await Promise.all(form.files.map(sent));
        return JSON.stringify({...form.values, pictures, results});
    };

    const perform = async () => {
        try {
            const database = await open();
            try {
                if (action === 'forget') await inFull(store(database).clear());
                if (action === 'keep' && own && told) await keep(database);
                return action === 'bring' && told ? await bring(database) : '';
            } finally {
                database.close();
            }
        } catch (error) {
            console.debug(error);
            return '';
        }
    };
    // One after the other: what is told last is what stays.
    window.shelfAtWork = Promise.resolve(window.shelfAtWork).then(perform);
    return window.shelfAtWork;
}
