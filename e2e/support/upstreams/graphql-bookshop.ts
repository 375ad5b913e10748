/** What the tests' GraphQL server sells: every kind of type and failure that a tool can meet. */
export const bookshop = () => {
  const authors = [
    { id: "a1", name: "Ursula" },
    { id: "a2", name: "Stanisław" },
  ];
  const books = [
    { id: "b1", title: "Rocannon", genre: "FICTION", price: 9.5, authorId: "a1" },
    { id: "b2", title: "Solaris", genre: "FICTION", price: 12, authorId: "a2" },
    { id: "b3", title: "Summa", genre: "SCIENCE", price: 30, authorId: "a2" },
  ];
  type Book = (typeof books)[number];
  type Author = (typeof authors)[number];
  return {
    typeDefs: `
      scalar DateTime
      enum Genre { FICTION SCIENCE }
      input BookFilter { genre: Genre, maxPrice: Float, ids: [ID!] }
      input NewBook { title: String!, genre: Genre! = FICTION, authorId: ID! }
      type Author { id: ID! name: String! books(first: Int = 10): [Book!]! }
      type Book { id: ID! title: String! genre: Genre! price: Float author: Author! }
      type Stock { warehouse: String, secretLevel: Int }
      union Found = Book | Author
      type Query {
        "Finds books, cheapest first."
        books(filter: BookFilter, first: Int = 10): [Book!]!
        book(id: ID!): Book
        search(text: String!): [Found!]!
        "Some of it is for staff only."
        stock: Stock
        broken: Stock
        openedAt: DateTime
      }
      type Mutation { addBook(book: NewBook!): Book! deleteBook(id: ID!): ID }
      type Subscription { bookAdded: Book }
    `,
    resolvers: {
      Query: {
        books: (
          _: unknown,
          {
            filter,
            first,
          }: { filter?: { genre?: string; maxPrice?: number; ids?: string[] }; first: number },
        ) =>
          books
            .filter(({ genre }) => filter?.genre === undefined || filter.genre === genre)
            .filter(({ price }) => filter?.maxPrice === undefined || price <= filter.maxPrice)
            .filter(({ id }) => filter?.ids === undefined || filter.ids.includes(id))
            .toSorted((a, b) => a.price - b.price)
            .slice(0, first),
        book: (_: unknown, { id }: { id: string }) => books.find((book) => book.id === id) ?? null,
        search: (_: unknown, { text }: { text: string }) => [
          ...books.filter(({ title }) => title.includes(text)),
          ...authors.filter(({ name }) => name.includes(text)),
        ],
        stock: () => ({ warehouse: "North" }),
        broken: () => {
          throw new Error("The shelf fell over.");
        },
        openedAt: () => "2026-01-31T09:00:00Z",
      },
      Stock: {
        secretLevel: () => {
          throw new Error("For staff only.");
        },
      },
      Book: {
        author: ({ authorId }: Book) => authors.find(({ id }) => id === authorId),
      },
      Author: {
        books: ({ id }: Author, { first }: { first: number }) =>
          books.filter(({ authorId }) => authorId === id).slice(0, first),
      },
      Found: {
        __resolveType: (found: Book | Author) => ("title" in found ? "Book" : "Author"),
      },
      Mutation: {
        addBook: (
          _: unknown,
          { book }: { book: { title: string; genre: string; authorId: string } },
        ) => {
          const added = { id: `b${books.length + 1}`, price: 1, ...book };
          books.push(added);
          return added;
        },
        deleteBook: (_: unknown, { id }: { id: string }) => id,
      },
    },
  };
};
